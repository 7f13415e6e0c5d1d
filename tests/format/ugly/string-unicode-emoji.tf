locals {
  a = "👍🏽" # a skin tone: one column
  b = "👩‍👩‍👧" # a family: one column
  c = "🇩🇪🇫🇷" # two flags: two columns
  d = "xx" # two letters
}
