output "o" {
  value = [format("%s", 1), format("%%"), format("%5.2f%%", 1.5), format("%[1]s-%[1]s", "a"), format("%-10s|", "a"), format("%v %q %t", [], "a", true), format("a")]
}
