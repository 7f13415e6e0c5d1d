resource "aws_vpc" "main" /*why*/ {
}
