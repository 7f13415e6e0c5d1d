region         = "eu-west-1"
zones          = ["a", "b"]
instance_count = 3
tags           = { team = "core" }
