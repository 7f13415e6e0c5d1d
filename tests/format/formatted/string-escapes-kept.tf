locals {
  a = "tab\tquote\"backslash\\unicode\u00e9"
}
