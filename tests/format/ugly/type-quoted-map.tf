variable "a" {
type="map"
}
