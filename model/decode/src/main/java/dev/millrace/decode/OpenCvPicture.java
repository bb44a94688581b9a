package dev.millrace.decode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import dev.millrace.core.image.BadImageException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/** A picture that OpenCV decoded. It occupies native memory until it is closed. Not thread-safe. */
final class OpenCvPicture implements PixelRows {

  private static final String REFUSED =
      "is damaged, truncated or of an unsupported kind; send it as a plain JPEG or PNG";

  private final Mat mat;
  private final BytePointer pixels;
  private final long rowBytes;

  private OpenCvPicture(Mat mat) {
    this.mat = mat;
    this.pixels = mat.data();
    this.rowBytes = mat.step();
  }

  /**
   * Decodes an image file whose header is within the limits. The picture has 8 bits per channel,
   * red first, no alpha, and is rotated by its EXIF orientation.
   *
   * @param reduction the factor by which a JPEG's sides are divided: 1, 2, 4 or 8
   * @throws OutOfMemoryError if native memory is too small
   */
  static OpenCvPicture decode(ImageHeader header, byte[] encoded, int reduction) {
    ImageFormat format = header.format();
    byte[] still = format == ImageFormat.PNG ? PngHeader.still(encoded) : encoded;
    try (Mat file = new Mat(1, still.length, CV_8UC1)) {
      file.data().put(still);
      Mat mat = imdecode(file, IMREAD_COLOR_RGB | flag(reduction));
      if (mat.empty()) {
        mat.close();
        NativeMemory.requireRoomFor(header.width(), header.height());
        throw format.undecodable(REFUSED);
      }
      return new OpenCvPicture(mat);
    } catch (BadImageException e) {
      throw e;
    } catch (RuntimeException e) { // JavaCPP's exception for a C++ exception
      NativeMemory.throwIfExhausted(e);
      throw format.undecodable(REFUSED, e);
    }
  }

  /**
   * {@return OpenCV's flag for a reduced decode} The flags with {@code GRAYSCALE} in their name are
   * used, because they contain only the reduction. The flags with {@code COLOR} also request blue
   * as the first channel.
   */
  private static int flag(int reduction) {
    return switch (reduction) {
      case 1 -> 0;
      case 2 -> IMREAD_REDUCED_GRAYSCALE_2;
      case 4 -> IMREAD_REDUCED_GRAYSCALE_4;
      case 8 -> IMREAD_REDUCED_GRAYSCALE_8;
      default -> throw new IllegalArgumentException("reduction: " + reduction);
    };
  }

  @Override
  public int width() {
    return mat.cols();
  }

  @Override
  public int height() {
    return mat.rows();
  }

  @Override
  public void copyRow(int y, int x, int columns, byte[] rgb) {
    pixels.position(y * rowBytes + 3L * x).get(rgb, 0, 3 * columns);
  }

  @Override
  public void close() {
    mat.close();
  }
}
