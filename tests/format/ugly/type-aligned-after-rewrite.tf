variable "a" {
type="map"
description="The tags."
default={}
}
