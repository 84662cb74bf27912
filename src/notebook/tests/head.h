// For tests: how a notebook begins.
#pragma once

#include <string>

namespace notebook {
inline const std::string kHead = "-- Databricks notebook source\n";
}  // namespace notebook
