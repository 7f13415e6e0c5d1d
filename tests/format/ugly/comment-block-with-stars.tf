/**
 * Written like a Java comment.
 **/
locals{}
