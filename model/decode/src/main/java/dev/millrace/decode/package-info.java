/** Decodes image files into a model's input pixels. The only code that uses OpenCV. */
package dev.millrace.decode;
