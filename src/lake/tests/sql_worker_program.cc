// A program that is a worker, for sql_worker_test.cc.
#include "lake/sql_worker.h"

int main() { return lake::run_sql_worker(); }
