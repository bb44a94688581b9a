package dev.millrace.decode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_COLOR_RGB;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_IGNORE_ORIENTATION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_2;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_4;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMREAD_REDUCED_GRAYSCALE_8;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imdecode;

import dev.millrace.core.image.BadImageException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * A picture that OpenCV decoded. The picture occupies native memory until {@link #close}. Not
 * thread-safe.
 */
final class OpenCvPicture implements PixelRows {

  private static final String REFUSED =
      "is damaged, truncated or of an unsupported kind; send it as a plain JPEG or PNG";

  /**
   * The largest number of bytes per pixel that a decode needs, apart from a JPEG's coefficients. A
   * TIFF with four samples of 16 bits in one strip needs this many bytes.
   */
  private static final int MOST_BYTES_A_PIXEL = 15;

  private final Mat mat;
  private final BytePointer pixels;
  private final long rowBytes;
  private final Extent columns;
  private final Extent rows;

  private OpenCvPicture(Mat mat, Extent columns, Extent rows) {
    this.mat = mat;
    this.pixels = mat.data();
    this.rowBytes = mat.step();
    this.columns = columns;
    this.rows = rows;
  }

  /**
   * Decodes an image file whose header is within the limits. The picture has 8 bits per channel,
   * red first, no alpha, and is upright.
   *
   * @param reduction the factor by which a JPEG's sides are divided: 1, 2, 4 or 8
   * @param orientation the rotation of the stored picture
   * @throws OutOfMemoryError if native memory is too small
   */
  static OpenCvPicture decode(
      ImageHeader header, byte[] encoded, int reduction, Orientation orientation) {
    ImageFormat format = header.format();
    byte[] readable = readable(format, encoded);
    try (Mat file = new Mat(1, readable.length, CV_8UC1)) {
      file.data().put(readable);
      Mat mat = imdecode(file, IMREAD_COLOR_RGB | IMREAD_IGNORE_ORIENTATION | flag(reduction));
      if (mat.empty()) {
        mat.close();
        NativeMemory.requireRoomFor(memory(header, reduction));
        throw format.undecodable(REFUSED);
      }
      return upright(mat, header, reduction, orientation);
    } catch (BadImageException e) {
      throw e;
    } catch (RuntimeException e) { // JavaCPP's exception for a C++ exception
      NativeMemory.throwIfExhausted(e);
      throw format.undecodable(REFUSED, e);
    }
  }

  /** {@return the file without the parts that OpenCV mishandles} */
  private static byte[] readable(ImageFormat format, byte[] encoded) {
    return switch (format) {
      case PNG -> PngHeader.still(encoded);
      case TIFF -> TiffPage.read(encoded).plain();
      default -> encoded;
    };
  }

  private static long memory(ImageHeader header, int reduction) {
    return header.format() == ImageFormat.JPEG
        ? header.bytes(reduction, false)
        : MOST_BYTES_A_PIXEL * header.pixels();
  }

  private static OpenCvPicture upright(
      Mat mat, ImageHeader header, int reduction, Orientation orientation) {
    try {
      orientation.apply(mat);
    } catch (RuntimeException e) {
      mat.close();
      throw e;
    }
    long width = orientation.transposed() ? header.height() : header.width();
    long height = orientation.transposed() ? header.width() : header.height();
    return new OpenCvPicture(
        mat,
        Extent.reduced(width, reduction, orientation.columnsFlipped()),
        Extent.reduced(height, reduction, orientation.rowsFlipped()));
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
  public Extent columns() {
    return columns;
  }

  @Override
  public Extent rows() {
    return rows;
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
