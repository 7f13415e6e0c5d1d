locals {
  tags = {
    Name        = "web"
    Environment = "prod"
    Team        = "core"
  }
}
