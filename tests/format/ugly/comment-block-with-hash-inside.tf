/* # not a
   // comment */
locals{}
