resource "aws_vpc" "main" /*three*/ {
}
