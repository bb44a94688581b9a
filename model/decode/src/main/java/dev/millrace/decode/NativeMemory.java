package dev.millrace.decode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;

import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;

/** Distinguishes a lack of native memory from a damaged image. */
final class NativeMemory {

  /**
   * Texts that occur in the message of JavaCPP's exception if the C++ exception is OpenCV's error
   * {@code StsNoMem} or {@code std::bad_alloc}.
   */
  private static final List<String> EXHAUSTED = List.of("(-4:Insufficient memory)", "bad_alloc");

  /** The length, in bytes, of a row of the matrix that is allocated as a test. */
  private static final int ROW = 1 << 12;

  private NativeMemory() {}

  /**
   * Allocates as much memory as the decode of a picture needs, and frees it. Call this method
   * before a picture is refused as damaged. OpenCV also reports a picture as damaged if one of its
   * libraries could not allocate memory.
   *
   * @param bytes the memory that the decode needs
   * @throws RuntimeException if there is too little memory; pass this error of OpenCV to {@link
   *     #throwIfExhausted}
   */
  static void requireRoomFor(long bytes) {
    new Mat((int) (bytes / ROW) + 1, ROW, CV_8UC1).close();
  }

  /**
   * Throws an error if a lack of native memory caused a failure. Returns normally if the failure
   * has another cause.
   *
   * @param failure JavaCPP's exception for a C++ exception
   * @throws OutOfMemoryError if native memory ran out; the image itself may be valid
   */
  static void throwIfExhausted(RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    if (EXHAUSTED.stream().anyMatch(message::contains)) {
      OutOfMemoryError error =
          new OutOfMemoryError(
              "OpenCV has no native memory left for an image: give the process more memory, or lower"
                  + " max-pixels or decode-threads");
      error.initCause(failure);
      throw error;
    }
  }
}
