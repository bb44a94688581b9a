package dev.millrace.decode;

/**
 * A rectangle of a picture.
 *
 * @param left the first column, from 0
 * @param top the first row, from 0
 * @param width number of columns, at least 1
 * @param height number of rows, at least 1
 */
public record PicturePart(int left, int top, int width, int height) {}
