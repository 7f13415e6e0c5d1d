locals {
  a = "क्ष" # a conjunct: two columns
  b = "नमस्ते" # four columns
  c = "abcd" # four letters
}
