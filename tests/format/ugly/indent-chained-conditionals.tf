locals {
size = (
var.env == "prod" ? "large" :
var.env == "stage" ? "medium" :
"small"
)
}
