resource /*one*/ "aws_vpc" /*two*/ "main" /*three*/ {
}
