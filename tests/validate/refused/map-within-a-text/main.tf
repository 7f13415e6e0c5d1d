output "o" {
  value = "a ${{ b = 1 }}"
}
