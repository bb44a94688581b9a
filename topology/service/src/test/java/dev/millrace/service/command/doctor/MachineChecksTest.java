package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.OnnxRuntimeInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Tests the findings about native libraries, whether or not they can be loaded. */
class MachineChecksTest {

  /** A decoder that does nothing or throws an exception. */
  private static final class StubDecoder implements ImageDecoder {

    private final RuntimeException failure;
    private boolean closed;

    StubDecoder(RuntimeException failure) {
      this.failure = failure;
    }

    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void decoderThatDecodes_isOk_andClosed() {
    StubDecoder decoder = new StubDecoder(null);

    assertThat(MachineChecks.openCv(() -> decoder))
        .isEqualTo(Finding.ok("image decoder", "OpenCV decodes"));
    assertThat(decoder.closed).isTrue();
  }

  @Test
  void decoderThatCannotBeOpened_isMissing() {
    Supplier<ImageDecoder> unlinked =
        () -> {
          throw new UnsatisfiedLinkError("no opencv\nin java.library.path");
        };
    Supplier<ImageDecoder> advised =
        () -> {
          throw new IllegalStateException("install\nlibstdc++");
        };

    assertThat(MachineChecks.openCv(unlinked))
        .isEqualTo(
            Finding.missing(
                "image decoder",
                "OpenCV's native library does not work here: java.lang.UnsatisfiedLinkError:"
                    + " no opencv in java.library.path"));
    assertThat(MachineChecks.openCv(advised))
        .isEqualTo(Finding.missing("image decoder", "install libstdc++"));
  }

  @Test
  void decoderThatRefusesAnImage_isMissing() {
    StubDecoder decoder =
        new StubDecoder(new BadImageException(BadImageException.Reason.EMPTY, "not for me"));

    Finding finding = MachineChecks.openCv(() -> decoder);

    assertThat(finding.isFailure()).isTrue();
    assertThat(finding.detail()).contains("does not work here", "not for me");
    assertThat(decoder.closed).isTrue();
  }

  @Test
  void runtime_tellsItsVersionAndProviders() {
    OnnxRuntimeInfo info = new OnnxRuntimeInfo("1.2.3", List.of("CUDA", "CPU"), Optional.empty());

    assertThat(MachineChecks.onnxRuntime(() -> info))
        .isEqualTo(Finding.ok("onnx runtime", "1.2.3, built for CUDA, CPU"));
  }

  @Test
  void runtimeThatDoesNotLoad_isMissing() {
    assertThat(
            MachineChecks.onnxRuntime(
                () -> {
                  throw new ModelException("it does not load; install it");
                }))
        .isEqualTo(Finding.missing("onnx runtime", "it does not load; install it"));
  }
}
