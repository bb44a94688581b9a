package dev.millrace.tests.projects;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Provides the same repository to all test classes, as a parameter of type {@link UserRepository}.
 */
final class InstalledMillrace implements ParameterResolver {

  private record Installed(UserRepository repository, Path home) implements AutoCloseable {
    static Installed create() {
      try {
        Path home = Files.createTempDirectory("millrace-user");
        return new Installed(UserRepository.install(home), home);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while Millrace was installed", e);
      }
    }

    @Override
    public void close() throws IOException {
      Utils.delete(home.toFile());
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == UserRepository.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(InstalledMillrace.class))
        .computeIfAbsent(Installed.class, type -> Installed.create(), Installed.class)
        .repository();
  }
}
