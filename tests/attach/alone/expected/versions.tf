# Begun by "plinth attach", and yours: plinth never touches it again.

# OpenTofu ignores required_version in .tf files and reads versions.tofu in place of this one.
terraform {
  required_version = ">= 1.11.0"
}
