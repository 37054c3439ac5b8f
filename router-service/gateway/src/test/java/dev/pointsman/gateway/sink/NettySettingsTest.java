package dev.pointsman.gateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.ApplicationContext;
import io.micronaut.http.netty.channel.EventLoopGroupConfiguration;
import io.micronaut.http.netty.channel.EventLoopGroupFactory;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.micronaut.http.netty.channel.NettyChannelType;
import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NettySettingsTest {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void properties_bothGroups_useTheMachinesBestTransport(boolean carrier) {
    try (ApplicationContext context = ApplicationContext.run(NettySettings.properties(carrier))) {
      EventLoopGroupRegistry registry = context.getBean(EventLoopGroupRegistry.class);
      EventLoopGroupFactory factory = context.getBean(EventLoopGroupFactory.class);
      String kind = Epoll.isAvailable() ? "Epoll" : "Nio";
      EventLoopGroupConfiguration loops =
          registry.getEventLoopGroupConfiguration("default").orElseThrow();
      assertThat(factory.channelClass(NettyChannelType.CLIENT_SOCKET, loops).getSimpleName())
          .startsWith(kind);
      EventLoopGroupConfiguration parent =
          registry.getEventLoopGroupConfiguration("parent").orElseThrow();
      assertThat(factory.channelClass(NettyChannelType.SERVER_SOCKET, parent).getSimpleName())
          .startsWith(kind);
      assertThat(loops.isLoomCarrier()).isEqualTo(carrier);
    }
  }

  @Test
  void properties_linuxOnAmd64_isEpoll() {
    assertThat(Epoll.isAvailable())
        .isEqualTo(
            System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64"));
  }
}
