locals {
a={for k,v in var.m:k=>{
name=k
value=v
}}
}
