package dev.millrace.decode;

import static org.bytedeco.opencv.global.opencv_core.flip;
import static org.bytedeco.opencv.global.opencv_core.transpose;

import org.bytedeco.opencv.opencv_core.Mat;

/**
 * The steps that turn a stored picture upright, according to EXIF's tag Orientation. If {@code
 * transposed}, the rows first become columns. Then the columns are reversed if {@code
 * columnsFlipped}, and the rows if {@code rowsFlipped}.
 *
 * @param transposed whether the picture's rows become its columns
 * @param columnsFlipped whether the columns of the (transposed) picture are reversed
 * @param rowsFlipped whether the rows of the (transposed) picture are reversed
 */
record Orientation(boolean transposed, boolean columnsFlipped, boolean rowsFlipped) {

  /** The orientation of a picture that is stored upright. */
  static final Orientation UPRIGHT = new Orientation(false, false, false);

  /**
   * {@return the orientation with the given EXIF number; upright unless the number is from 2 to 8}
   */
  static Orientation of(long number) {
    if (number < 2 || number > 8) {
      return UPRIGHT;
    }
    int n = (int) number;
    return new Orientation(
        n >= 5, n == 2 || n == 3 || n == 6 || n == 7, n == 3 || n == 4 || n == 7 || n == 8);
  }

  /** {@return whether the picture is stored upright} */
  boolean isUpright() {
    return equals(UPRIGHT);
  }

  /**
   * Turns a stored picture upright, in place. During the call, this method needs memory for a
   * second picture.
   */
  void apply(Mat picture) {
    if (transposed) {
      transpose(picture, picture);
    }
    if (columnsFlipped || rowsFlipped) {
      // OpenCV's codes: 0 reverses the rows, 1 the columns, -1 both.
      int code = columnsFlipped ? (rowsFlipped ? -1 : 1) : 0;
      flip(picture, picture, code);
    }
  }
}
