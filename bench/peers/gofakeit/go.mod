module hriste.local/bench/gofakeit

go 1.22

require github.com/brianvoe/gofakeit/v7 v7.2.1
