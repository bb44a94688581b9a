package dev.millrace.service.command.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.Setting;
import dev.millrace.core.repository.UnpublishedModelException;
import dev.millrace.core.runtime.NativeLibraryException;
import dev.millrace.core.training.CollapsedException;
import dev.millrace.core.training.DivergedException;
import dev.millrace.core.training.OtherOptionsException;
import dev.millrace.core.training.TrainingException;
import dev.millrace.service.command.CommandTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailureTest {

  @Test
  void modelException_saysItself() {
    Failure failure = Failure.of(new ModelException("no model; import one"));

    assertThat(failure).isEqualTo(new Failure("no model; import one", 1));
  }

  @Test
  void failedTraining_namesTheOptionsToChange() {
    assertThat(Failure.of(new DivergedException(3, Double.NaN, 0.5, "runs/a")))
        .isEqualTo(
            new Failure(
                "the loss of step 3 is NaN: the training has diverged, and nothing is"
                    + " published. Take a lower --learning-rate than 0.5, and remove run.json and"
                    + " state-*.safetensors in runs/a; keep its other files, such as split.json,"
                    + " which stores which images are held out",
                1));
    assertThat(Failure.of(new OtherOptionsException("runs/a", "seed", "1", "2")))
        .isEqualTo(
            new Failure(
                "runs/a holds an interrupted run with another seed (1, now 2); finish the run with"
                    + " its original options, name another folder with --run, or remove run.json"
                    + " and state-*.safetensors in runs/a; keep its other files, such as"
                    + " split.json, which stores which images are held out",
                1));
    assertThat(Failure.of(OtherOptionsException.ofClasses("runs/a", "cat, dog", "cat, hen")).line())
        .startsWith(
            "runs/a holds an interrupted run with other classes (cat, dog, now cat, hen), because"
                + " another training has published a version since, or because the images have"
                + " changed; to finish the run, write its classes, which run.json lists, to a file, one"
                + " per line and in this order, and name the file with --classes; or name another folder with --run, or"
                + " remove run.json and state-*.safetensors in runs/a; keep its other files,");
    assertThat(Failure.of(new CollapsedException(3, 0.05, "runs/a")).line())
        .contains("and remove run.json and state-*.safetensors in runs/a; keep its other files");
  }

  @Test
  void failure_namesTheOptionsOfItsSettings() {
    Setting[] settings = {Setting.MEAN, Setting.FROM_WEIGHTS};
    ModelException model = new ModelException("no", settings);

    assertThat(Failure.of(model).line()).isEqualTo("no (--mean, --from-weights)");
    assertThat(Failure.of(new ModelException("v1: no", model)).line())
        .isEqualTo("v1: no (--mean, --from-weights)");
    assertThat(Failure.of(new TrainingException("no", settings)).line())
        .isEqualTo("no (--mean, --from-weights)");
    assertThat(Failure.of(new TrainingException("no")).line()).isEqualTo("no");
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void setting_isAnOptionOfACommand(Setting setting) {
    String line = Failure.of(new ModelException("no", setting)).line();

    assertThat(CommandTree.all(CommandTree.root()).flatMap(c -> c.optionsMap().keySet().stream()))
        .contains(line.substring("no (".length(), line.length() - 1));
  }

  @Test
  void modelThatWasNeverPublished_isToBeImported_alsoInsideAnotherException() {
    ModelException unpublished = new UnpublishedModelException("there is no model");

    for (ModelException e : List.of(unpublished, new ModelException("v1: no", unpublished))) {
      assertThat(Failure.of(e).line())
          .startsWith(e.getMessage() + "; ")
          .contains("'millrace models import'");
    }
  }

  @Test
  void configurationInsideAnotherException_isWrongUsage() {
    Failure failure =
        Failure.of(
            new KafkaException(
                "Failed to construct kafka consumer", new ConfigException("acks", "7", "is odd")));

    assertThat(failure.exitCode()).isEqualTo(2);
    assertThat(failure.line()).contains("acks").doesNotContain("construct");
  }

  @Test
  void refusedCredentials_nameTheKeysToCheck() {
    Failure failure =
        Failure.of(new ExecutionException(new SaslAuthenticationException("Invalid username")));

    assertThat(failure.exitCode()).isEqualTo(1);
    assertThat(failure.line()).contains("Invalid username", "security.protocol", "sasl.");
  }

  @Test
  void failedHandshake_tellsItsCause_andTheKeysToCheck() {
    Failure failure =
        Failure.of(
            new SslAuthenticationException(
                "SSL handshake failed", new SSLHandshakeException("unable to find a path")));

    assertThat(failure.exitCode()).isEqualTo(1);
    assertThat(failure.line()).contains("unable to find a path", "ssl.truststore.*");
  }

  @Test
  void storeOfKeysThatCannotBeLoaded_isNamedWithItsKeys() {
    KafkaException store =
        new KafkaException(
            "Failed to load SSL keystore /a.p12 of type JKS", new NoSuchFileException("/a.p12"));

    Failure failure = Failure.of(new KafkaException("Failed to create new NetworkClient", store));

    assertThat(failure.exitCode()).isEqualTo(1);
    assertThat(failure.line())
        .isEqualTo(
            "Failed to load SSL keystore /a.p12 of type JKS: there is no such file; correct the"
                + " ssl.truststore.* or ssl.keystore.* keys");
  }

  @Test
  void missingRights_sayWhatToAskFor() {
    Failure failure = Failure.of(new TopicAuthorizationException("Not authorized to access t"));

    assertThat(failure.line()).contains("not allowed", "Not authorized to access t", "ask for");
  }

  @Test
  void missingRight_isNamedWithWhatItIsOn() {
    assertThat(Failure.of(new TopicAuthorizationException(Set.of("b", "a"))).line())
        .contains("Describe", "Read", "Write", "on topic a, b");
    assertThat(Failure.of(GroupAuthorizationException.forGroupId("millrace-m")).line())
        .contains("the right Read on group millrace-m");
    assertThat(Failure.of(new TransactionalIdAuthorizationException("no")).line())
        .contains("Describe and Write on the transactional id");
    assertThat(Failure.of(new ClusterAuthorizationException("no")).line())
        .contains("Create", "IdempotentWrite", "on the cluster");
  }

  @Test
  void timeout_namesTheOptionToCheck() {
    assertThat(Failure.of(new TimeoutException("10 s passed")).line())
        .contains("10 s passed", "--bootstrap-servers");
  }

  @Test
  void ioException_tellsItsCauses() {
    Failure failure = Failure.of(new IOException("disk is full", new IOException("no space")));

    assertThat(failure).isEqualTo(new Failure("disk is full: no space", 1));
  }

  @Test
  void wrappedException_isToldAsIfItWereNot() {
    IOException broken = new IOException("/data: Input/output error");

    for (Throwable wrapped :
        List.of(
            new UncheckedIOException(broken),
            new ExecutionException(broken),
            new CompletionException(new UncheckedIOException(broken)),
            new InvocationTargetException(broken))) {
      assertThat(Failure.of(wrapped)).isEqualTo(new Failure("/data: Input/output error", 1));
    }
  }

  @Test
  void fullDisk_isToldWithWhatWasWritten_andWhatToDo() {
    IOException full = new IOException("No space left on device");

    assertThat(Failure.of(new UncheckedIOException("cannot write the state of /data/b", full)))
        .isEqualTo(
            new Failure(
                "cannot write the state of /data/b: No space left on device; make room on that"
                    + " disk, and try again",
                1));
    for (Throwable e :
        List.of(
            new IllegalStateException("/data/a", new IOException("Disk quota exceeded")),
            new UncheckedIOException(
                new IOException("C: There is not enough space on the disk")))) {
      assertThat(Failure.of(e).line())
          .doesNotContain("unexpected", "java.io")
          .endsWith("; make room on that disk, and try again");
    }
  }

  @Test
  void outOfMemory_saysHowToGiveMore() {
    Failure failure = Failure.of(new OutOfMemoryError("Java heap space"));

    assertThat(failure.exitCode()).isEqualTo(1);
    assertThat(failure.line()).startsWith("out of memory (Java heap space); ").contains("-Xmx");
  }

  @Test
  void nativeLibraryThatDoesNotLoad_namesTheFolder() {
    for (Throwable e :
        List.of(
            new UnsatisfiedLinkError("/tmp/libzstd.so: failed to map segment"),
            new NoClassDefFoundError("Could not initialize class com.github.luben.zstd.Zstd"),
            new KafkaException("no", new UnsatisfiedLinkError("libsnappyjava.so")))) {
      assertThat(Failure.of(e).line()).contains("does not load", "noexec", "-Djava.io.tmpdir=");
    }
  }

  /** The native libraries of the decoder and the trainer are not in the temporary folder. */
  @Test
  void nativeLibraryOfJavaCpp_namesItsOwnFolder() {
    UnsatisfiedLinkError failure = new UnsatisfiedLinkError("no jnitorch in java.library.path");
    failure.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("java.lang.System", "loadLibrary", "System.java", 1),
          new StackTraceElement("org.bytedeco.javacpp.Loader", "load", "Loader.java", 1)
        });

    assertThat(Failure.of(failure).line())
        .contains(".javacpp/cache is full or mounted noexec")
        .endsWith("-Dorg.bytedeco.javacpp.cachedir=DIR");
  }

  @Test
  void explainedNativeLibrary_saysItself_andIsFoundAmongTheCausesOfAnother() {
    Throwable explained =
        new NativeLibraryException(
            "OpenCV does not load: do this", new UnsatisfiedLinkError("no jniopencv_core"));
    Throwable stream = new IllegalStateException("the stream failed: no jniopencv", explained);

    assertThat(Failure.of(explained).line()).isEqualTo("OpenCV does not load: do this");
    assertThat(Failure.ofNativeLibrary(stream).orElseThrow().line())
        .isEqualTo("OpenCV does not load: do this");
    assertThat(Failure.ofNativeLibrary(new IllegalStateException("odd"))).isEmpty();
  }

  @Test
  void messageOfSeveralLines_becomesOne() {
    assertThat(Failure.of(new CommandException("first\n  second\n\nthird")).line())
        .isEqualTo("first second third");
  }

  @Test
  void unexpectedException_isCalledThat() {
    Failure failure = Failure.of(new IllegalStateException("odd"));

    assertThat(failure.exitCode()).isEqualTo(1);
    assertThat(failure.line()).startsWith("unexpected").contains("odd", "--verbose");
  }
}
