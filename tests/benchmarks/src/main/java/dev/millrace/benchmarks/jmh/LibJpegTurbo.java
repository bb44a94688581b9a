package dev.millrace.benchmarks.jmh;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.millrace.service.bench.BenchmarkException;

/**
 * Calls the system's libjpeg-turbo directly. The JPEG file and the decoded pixels are in native
 * memory, which is allocated before decoding begins. Not thread-safe.
 */
public final class LibJpegTurbo implements AutoCloseable {

  private static final int RGB = 0;
  private static final int CHANNELS = 3;
  private static final int NO_FLAGS = 0;

  private final Pointer decompressor;
  private final Memory pixels;

  /**
   * Creates a decompressor.
   *
   * @param maxPixels largest number of pixels of a picture
   * @throws BenchmarkException if libjpeg-turbo is not installed
   */
  LibJpegTurbo(int maxPixels) {
    requireInstalled();
    decompressor = Api.tjInitDecompress();
    pixels = new Memory((long) CHANNELS * maxPixels);
  }

  /**
   * Checks that libjpeg-turbo is installed.
   *
   * @throws BenchmarkException if libjpeg-turbo is not installed; the message says how to install
   *     it
   */
  public static void requireInstalled() {
    try {
      Native.register(Api.class, "turbojpeg");
    } catch (UnsatisfiedLinkError e) {
      throw new BenchmarkException(
          "libjpeg-turbo is not installed, and decoding is measured against it; run"
              + " 'apt-get install libturbojpeg0' or install your system's package of TurboJPEG");
    }
  }

  /** A JPEG file in native memory. */
  record File(Memory bytes, NativeLong length) {

    static File of(byte[] jpeg) {
      Memory bytes = new Memory(jpeg.length);
      bytes.write(0, jpeg, 0, jpeg.length);
      return new File(bytes, new NativeLong(jpeg.length));
    }
  }

  /**
   * Decodes a file to RGB pixels of this width and height. libjpeg-turbo must be able to scale the
   * picture to this size.
   */
  void decode(File file, int width, int height) {
    int failed =
        Api.tjDecompress2(
            decompressor, file.bytes, file.length, pixels, width, 0, height, RGB, NO_FLAGS);
    if (failed != 0) {
      throw new BenchmarkException("libjpeg-turbo cannot decode a picture of the benchmark");
    }
  }

  @Override
  public void close() {
    Api.tjDestroy(decompressor);
    pixels.close();
  }

  /** TurboJPEG's functions; see its turbojpeg.h. */
  private static final class Api {

    static native Pointer tjInitDecompress();

    static native int tjDecompress2(
        Pointer decompressor,
        Pointer file,
        NativeLong length,
        Pointer pixels,
        int width,
        int pitch,
        int height,
        int pixelFormat,
        int flags);

    static native int tjDestroy(Pointer decompressor);
  }
}
