variable "a" { default = 1 }
variable "long_name" { default = 2 }
