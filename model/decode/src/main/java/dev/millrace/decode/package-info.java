/** Decodes image files into a model's input pixels. Only this package uses OpenCV. */
package dev.millrace.decode;
