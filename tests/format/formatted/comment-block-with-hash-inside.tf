/* # not a
   // comment */
locals {}
