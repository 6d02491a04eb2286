from kowairo.inference.server.rate_limit import RateLimit, client_key


def test_a_minutes_worth_may_come_at_once_and_then_evenly():
    rate = RateLimit(60)
    assert [rate.wait_s("10.0.0.1", 0.0) for _ in range(60)] == [0.0] * 60
    assert rate.wait_s("10.0.0.1", 0.0) == 1.0
    assert rate.wait_s("10.0.0.1", 0.5) == 0.5
    assert rate.wait_s("10.0.0.1", 1.0) == 0.0


def test_one_client_does_not_slow_another():
    rate = RateLimit(1)
    assert rate.wait_s("10.0.0.1", 0.0) == 0.0
    assert rate.wait_s("10.0.0.2", 0.0) == 0.0
    assert rate.wait_s("10.0.0.1", 0.0) > 0.0


def test_the_memory_of_clients_is_bounded():
    rate = RateLimit(1, most_clients=2)
    for number in range(5):
        rate.wait_s(f"10.0.0.{number}", 0.0)
    assert rate.wait_s("10.0.0.0", 0.0) == 0.0
    assert rate.wait_s("10.0.0.4", 0.0) > 0.0


def test_a_network_of_ipv6_is_one_client():
    assert client_key("2001:db8::1") == client_key("2001:db8::ffff") != client_key("2001:db8:1::1")
    assert client_key("10.0.0.1") == "10.0.0.1"
    assert client_key("testclient") == "testclient"
