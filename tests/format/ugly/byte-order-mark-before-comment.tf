  # exported from a Windows editor
variable "owner" {}
