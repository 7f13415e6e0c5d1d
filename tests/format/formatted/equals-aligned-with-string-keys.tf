locals {
  tags = {
    "Name"           = "web"
    "aws:created-by" = "me"
    plain            = 1
  }
}
