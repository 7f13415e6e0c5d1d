locals {
  zones = [

    "a",


    "b",

  ]
}
