terraform {
  required_version = format(">= 1.%d", 5)
}
