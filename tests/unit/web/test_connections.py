"""Promises about the connections of the service."""

import socket

import pytest

from service.web.connections import end_vanished


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option")
def test_a_caller_who_confirms_nothing_is_given_up_in_the_time_for_reading() -> None:
    with socket.socket() as connection:
        end_vanished(connection, 30.0)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000


def test_a_connection_that_is_no_socket_has_no_such_limit() -> None:
    end_vanished(None, 30.0)
