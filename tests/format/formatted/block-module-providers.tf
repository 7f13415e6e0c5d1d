module "cdn" {
  source = "./cdn"
  providers = {
    aws    = aws
    aws.us = aws.use1
  }
  depends_on = [module.net, aws_vpc.main]
}
