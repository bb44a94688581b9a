package dev.millrace.decode;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC;

import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;

/** Tells a lack of native memory from a damaged image. */
final class NativeMemory {

  /** How OpenCV's {@code StsNoMem} and C++'s {@code std::bad_alloc} read, once they are Java's. */
  private static final List<String> EXHAUSTED = List.of("(-4:Insufficient memory)", "bad_alloc");

  /**
   * The most bytes a pixel that a decode takes: those of a progressive JPEG, whose coefficients are
   * all kept until its last scan.
   */
  private static final int BYTES_A_PIXEL = 9;

  private NativeMemory() {}

  /**
   * Asks for as much memory as the decode of a picture takes, and gives it back. OpenCV calls a
   * picture damaged, too, if its libraries found no memory for it.
   *
   * @throws RuntimeException of OpenCV's, for {@link #throwIfExhausted}, if it is not there
   */
  static void requireRoomFor(long width, long height) {
    new Mat((int) height, (int) width, CV_8UC(BYTES_A_PIXEL)).close();
  }

  /**
   * Returns if the failure is of another kind.
   *
   * @param failure what JavaCPP made of a C++ exception
   * @throws OutOfMemoryError if native memory ran out, which is no image's fault
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
