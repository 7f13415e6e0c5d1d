variable "a" { default = 1 }    # one
variable "bcd" { default = 22 } # two
