package dev.millrace.benchmarks.jmh;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import dev.millrace.service.bench.BenchmarkException;

/**
 * libjpeg-turbo as the system has it, called directly: from native memory to native memory, both of
 * which are there before. For one thread.
 */
public final class LibJpegTurbo implements AutoCloseable {

  private static final int RGB = 0;
  private static final int CHANNELS = 3;
  private static final int NO_FLAGS = 0;

  private final Pointer decompressor;
  private final Memory pixels;

  /**
   * Opens it.
   *
   * @param maxPixels of a picture
   * @throws BenchmarkException if this system does not have it
   */
  LibJpegTurbo(int maxPixels) {
    requireInstalled();
    decompressor = Api.tjInitDecompress();
    pixels = new Memory((long) CHANNELS * maxPixels);
  }

  /**
   * Returns if this system has it.
   *
   * @throws BenchmarkException if not; the message says how to install it
   */
  public static void requireInstalled() {
    try {
      Native.register(Api.class, "turbojpeg");
    } catch (UnsatisfiedLinkError e) {
      throw new BenchmarkException(
          "libjpeg-turbo, which decoding is measured against, is not installed:"
              + " apt-get install libturbojpeg0, or your system's package of the TurboJPEG API");
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

  /** Decodes it to RGB of that size, which must be one that libjpeg scales to. */
  void decode(File file, int width, int height) {
    int failed =
        Api.tjDecompress2(
            decompressor, file.bytes, file.length, pixels, width, 0, height, RGB, NO_FLAGS);
    if (failed != 0) {
      throw new BenchmarkException("libjpeg-turbo does not decode a picture of the benchmark");
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
