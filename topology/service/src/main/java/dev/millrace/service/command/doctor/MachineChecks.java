package dev.millrace.service.command.doctor;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.OnnxRuntimeInfo;
import dev.millrace.service.command.lifecycle.Failure;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/** Checks Java and the native libraries. */
final class MachineChecks {

  /** A PNG of one white pixel. */
  private static final byte[] PIXEL =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC");

  private MachineChecks() {}

  static Finding java() {
    Runtime.Version version = Runtime.version();
    return Finding.ok(
        "java",
        version
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " cores, heap up to "
            + (Runtime.getRuntime().maxMemory() >> 20)
            + " MiB");
  }

  /**
   * @param opener opens a decoder, which this method closes
   */
  static Finding openCv(Supplier<ImageDecoder> opener) {
    Preprocessing pixel = new Preprocessing(1, 1, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
    try (ImageDecoder decoder = opener.get()) {
      decoder.decode(PIXEL, pixel, ByteBuffer.allocateDirect(pixel.bytes()));
      return Finding.ok("image decoder", "OpenCV decodes");
    } catch (IllegalStateException e) {
      return Finding.missing("image decoder", Failure.oneLine(e.getMessage()));
    } catch (BadImageException | LinkageError e) {
      return Finding.missing(
          "image decoder",
          "OpenCV's native library does not work here: " + Failure.oneLine(e.toString()));
    }
  }

  /**
   * @param reader reads the version and the providers of ONNX Runtime's build
   */
  static Finding onnxRuntime(Supplier<OnnxRuntimeInfo> reader) {
    try {
      OnnxRuntimeInfo info = reader.get();
      return Finding.ok(
          "onnx runtime", info.version() + ", built for " + String.join(", ", info.providers()));
    } catch (ModelException e) {
      return Finding.missing("onnx runtime", e.getMessage());
    }
  }
}
