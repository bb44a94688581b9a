package dev.millrace.decode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC;

import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;

/** Distinguishes a lack of native memory from a damaged image. */
final class NativeMemory {

  /** The texts of OpenCV's {@code StsNoMem} and C++'s {@code std::bad_alloc} in Java exceptions. */
  private static final List<String> EXHAUSTED = List.of("(-4:Insufficient memory)", "bad_alloc");

  /**
   * The most bytes per pixel that a decode needs: those of a progressive JPEG, because libjpeg
   * keeps all coefficients until the last scan.
   */
  private static final int BYTES_A_PIXEL = 9;

  private NativeMemory() {}

  /**
   * Allocates the memory that the decode of a picture needs, and frees it. OpenCV also reports a
   * picture as damaged if one of its libraries found no memory.
   *
   * @throws RuntimeException OpenCV's error, for {@link #throwIfExhausted}, if there is too little
   *     memory
   */
  static void requireRoomFor(long width, long height) {
    new Mat((int) height, (int) width, CV_8UC(BYTES_A_PIXEL)).close();
  }

  /**
   * Returns normally if the failure has another cause.
   *
   * @param failure JavaCPP's exception for a C++ exception
   * @throws OutOfMemoryError if native memory ran out; the image may be sound
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
