package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.model.Device;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadedModelTest {

  private final FakeModel fake = new FakeModel();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final LoadedModel model =
      new ModelLoader(
              fake,
              new EngineConfig(
                  List.of(Device.CPU, Device.parse("cuda:0")),
                  4,
                  Duration.ZERO,
                  1,
                  1,
                  ImageLimits.DEFAULT),
              new EngineMetrics(registry),
              System::nanoTime)
          .load(FakeModel.version());

  @Test
  void sessions_areClosedWithTheLastLease() {
    model.lease();
    assertThat(fake.open).containsExactly(3, 3);

    model.giveBack();
    assertThat(fake.open).containsExactly(3, 3);
    model.giveBack();
    assertThat(fake.open).isEmpty();
  }

  @Test
  void sessionThatFailsToClose_leavesNoOtherOpen_andNoMetrics() {
    fake.closing = new IllegalStateException("it does not close");

    model.giveBack();

    assertThat(fake.open).isEmpty();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void metrics_leaveTheRegistryWithTheLastLease() {
    model.lease();
    model.giveBack();
    assertThat(registry.find("millrace.inference.count").meters()).hasSize(1);
    model.giveBack();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void eachDevice_hasASessionAndBatchSizesOfItsOwn() {
    Device gpu = Device.parse("cuda:0");
    assertThat(model.session(Device.CPU)).isNotNull().isNotSameAs(model.session(gpu));
    assertThat(model.batchSizes(gpu)).isEqualTo(new BatchSizes(Device.Kind.CUDA, 4));
    assertThat(model.batchSizes(Device.CPU)).isEqualTo(new BatchSizes(Device.Kind.CPU, 4));
  }
}
