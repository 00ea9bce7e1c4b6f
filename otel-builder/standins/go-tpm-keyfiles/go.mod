module github.com/foxboron/go-tpm-keyfiles

go 1.26.0

require github.com/google/go-tpm v0.9.0
