output "id" { value=1 }
   # the end