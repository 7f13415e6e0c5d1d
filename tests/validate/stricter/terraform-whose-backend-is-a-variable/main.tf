variable "v" {
  type = string
}

terraform {
  backend "s3" {
    bucket = var.v
    key    = "x"
    region = "us-east-1"
  }
}

output "o" {
  value = var.v
}
