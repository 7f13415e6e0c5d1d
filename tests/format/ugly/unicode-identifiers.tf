locals {
größe=1
日本=2
naïve-name=3
}
