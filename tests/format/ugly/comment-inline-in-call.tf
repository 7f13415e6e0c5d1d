locals {
  a = max(/*first*/1,/*second*/2/*end*/)
}
