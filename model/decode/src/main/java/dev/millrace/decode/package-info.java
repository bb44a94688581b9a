/**
 * Turns the bytes of an image file into a model's input pixels; the only code that knows OpenCV.
 */
package dev.millrace.decode;
