locals {
  a = "$${not} %%{a} template"
}
