package dev.millrace.trainer.torch;

import org.bytedeco.pytorch.global.torch;

/** The version of libtorch. */
public final class TorchVersion {

  private TorchVersion() {}

  /**
   * {@return the version of libtorch and of its Java binding, for example {@code 2.10.0-1.5.13}}
   */
  public static String read() {
    String version = torch.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }
}
