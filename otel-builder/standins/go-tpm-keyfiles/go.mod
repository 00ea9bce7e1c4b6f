module github.com/foxboron/go-tpm-keyfiles

go 1.26.0
